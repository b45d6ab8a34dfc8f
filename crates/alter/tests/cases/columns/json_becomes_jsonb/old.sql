create table documents (id int, body json default '{}');
