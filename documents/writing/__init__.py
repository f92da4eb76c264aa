"""How documents are written: material in, outline and sections out. Pure modules: no ORM, no request, no clock, no chance."""
