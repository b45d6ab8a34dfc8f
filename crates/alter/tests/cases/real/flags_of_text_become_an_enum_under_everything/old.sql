create table jobs (id int primary key, status varchar(20) not null default 'queued' check (status in ('queued', 'running', 'done')));
create index jobs_queued on jobs (id) where status = 'queued';
create view running_jobs as select id from jobs where status = 'running';
