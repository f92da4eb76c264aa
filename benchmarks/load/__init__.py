"""The load: raw sockets, so that the one who measures is not what is measured."""
