# One object library per instruction set, each with flags that nothing else is compiled with.
#
# FUSEDRNN_ARCH            x86_64, arm64 or other
# FUSEDRNN_KERNEL_TARGETS  the object libraries
# fusedrnn_isas            defines FUSEDRNN_BUILD_PLAIN, FUSEDRNN_BUILD_AVX2, ... for those that are built

string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" processor)
if(processor MATCHES "^(x86_64|amd64)$")
  set(FUSEDRNN_ARCH x86_64)
elseif(processor MATCHES "^(aarch64|arm64)$")
  set(FUSEDRNN_ARCH arm64)
else()
  set(FUSEDRNN_ARCH other)
endif()

set(FUSEDRNN_KERNEL_TARGETS)
add_library(fusedrnn_isas INTERFACE)

# fusedrnn_add_kernels(<isa> <source> [flags...])
function(fusedrnn_add_kernels isa source)
  add_library(fusedrnn_kernels_${isa} OBJECT ${source})
  target_compile_options(fusedrnn_kernels_${isa} PRIVATE ${ARGN})
  target_link_libraries(fusedrnn_kernels_${isa} PRIVATE fusedrnn_common)
  string(TOUPPER ${isa} name)
  target_compile_definitions(fusedrnn_isas INTERFACE FUSEDRNN_BUILD_${name}=1)
  set(FUSEDRNN_KERNEL_TARGETS ${FUSEDRNN_KERNEL_TARGETS} fusedrnn_kernels_${isa} PARENT_SCOPE)
endfunction()
