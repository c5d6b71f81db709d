// libnvrtc's stand-in. It compiles nothing: what it is given must be the sources that the virtual GPU was built from.
#include "vgpu.h"
