create type "Odd Type" as enum ('it''s', 'Two Words');
