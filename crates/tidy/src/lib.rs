//! Rules about the tree itself; the tests enforce them.
