create publication p;
alter publication p owner to case_manager;
comment on publication p is 'empty';
