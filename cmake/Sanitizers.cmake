# fusedrnn_sanitizers: FUSEDRNN_SANITIZE is empty or a list for -fsanitize, such as address,undefined.
set(FUSEDRNN_SANITIZE "" CACHE STRING "Sanitizers to build with, separated by commas")

add_library(fusedrnn_sanitizers INTERFACE)
if(FUSEDRNN_SANITIZE)
  target_compile_options(fusedrnn_sanitizers INTERFACE
    -fsanitize=${FUSEDRNN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(fusedrnn_sanitizers INTERFACE -fsanitize=${FUSEDRNN_SANITIZE})
endif()
