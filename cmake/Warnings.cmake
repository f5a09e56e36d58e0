# fusedrnn_warnings: what the compiler says about our own files.
option(FUSEDRNN_WERROR "Warnings of our own files are errors" OFF)

add_library(fusedrnn_warnings INTERFACE)
target_compile_options(fusedrnn_warnings INTERFACE -Wall -Wextra -Wconversion)
if(FUSEDRNN_WERROR)
  target_compile_options(fusedrnn_warnings INTERFACE -Werror)
endif()
