create sequence numbers start 5 increment 2;
