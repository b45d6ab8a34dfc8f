DROP TABLE herb_locales;
DROP TABLE herbs;
DROP TYPE herb_channel;
DROP TYPE herb_flavour;
DROP TYPE herb_nature;
