create schema reports authorization case_manager;
