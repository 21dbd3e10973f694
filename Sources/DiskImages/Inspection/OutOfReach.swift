/// Thrown by a source for bytes that cannot be had cheaply: an inspection then goes on without them.
struct OutOfReach: Error {}
