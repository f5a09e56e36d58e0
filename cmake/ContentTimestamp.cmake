# cmake -DFOLDER=… -DOUTPUT=… -P ContentTimestamp.cmake: writes a properties file that dates the jar of the libraries in FOLDER.
#
# JavaCPP unpacks a library into its cache unless a file of that name, size and time is there. With one time for all builds, a
# rebuilt library of the same size would not replace the older one, which would run in its stead. So the time comes from the
# contents: the same for the same libraries, another one for others.
file(GLOB_RECURSE libraries LIST_DIRECTORIES false "${FOLDER}/*.so")
if(NOT libraries)
  message(FATAL_ERROR "no libraries in ${FOLDER} (expected: those that the module core builds)")
endif()
list(SORT libraries)
set(hashes "")
foreach(library IN LISTS libraries)
  file(SHA256 "${library}" hash)
  string(APPEND hashes "${hash}")
endforeach()
string(SHA256 hash "${hashes}")
string(SUBSTRING "${hash}" 0 7 digits)
# 2000-01-01 and up to 17 years more; a jar counts in steps of two seconds.
math(EXPR seconds "946684800 + 2 * 0x${digits}")
set(ENV{SOURCE_DATE_EPOCH} ${seconds})
string(TIMESTAMP time "%Y-%m-%dT%H:%M:%SZ" UTC)
file(WRITE "${OUTPUT}" "fusedrnn.natives.time=${time}\n")
