create table point2 (x int, y int);
