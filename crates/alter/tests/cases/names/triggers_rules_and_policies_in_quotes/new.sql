create table "T 1" (a int);
create trigger "Trig ""ger" before update on "T 1" for each row execute function suppress_redundant_updates_trigger();
create rule "R 1" as on delete to "T 1" do instead nothing;
create policy "May read?" on "T 1" using (true);
comment on trigger "Trig ""ger" on "T 1" is 'x';
comment on rule "R 1" on "T 1" is 'y';
comment on policy "May read?" on "T 1" is 'z';
