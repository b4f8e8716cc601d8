//! Rules about the tree itself: who may import whom, how long a file may be, what must be described. There is no code
//! here, only tests (`tests/tidy/`); each failure says the way out.
