create type job_status as enum ('queued', 'running', 'done', 'failed');
create table jobs (id int primary key, status job_status not null default 'queued');
create index jobs_queued on jobs (id) where status = 'queued';
create view running_jobs as select id from jobs where status = 'running';
