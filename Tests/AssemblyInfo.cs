// The tests of the thread team and of whole training runs want the machine's processors for themselves.
[assembly: DoNotParallelize]
