create schema reports authorization case_analyst;
