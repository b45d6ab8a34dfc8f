create table articles (id int primary key, title text not null, body text);
