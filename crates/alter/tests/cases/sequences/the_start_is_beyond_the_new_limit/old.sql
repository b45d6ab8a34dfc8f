create sequence q start 1000;
