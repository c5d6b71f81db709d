// A library that must lie beside the others, as with the real ones, and in which nothing is called but its version.
#include <cstddef>

extern "C" __attribute__((visibility("default"))) size_t VERSION_FUNCTION(void) { return VERSION_NUMBER; }
