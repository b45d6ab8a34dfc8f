CREATE TABLE invoices (id int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME invoice_numbers), total int);
