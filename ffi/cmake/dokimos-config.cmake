# find_package(dokimos) for CMake: the targets dokimos::dokimos (shared) and dokimos::static.
# It only finds what is installed; the library is built by cargo.
get_filename_component(_dokimos_prefix "${CMAKE_CURRENT_LIST_DIR}" ABSOLUTE)
foreach(_dokimos_level RANGE 5)
  if(EXISTS "${_dokimos_prefix}/include/dokimos.h")
    break()
  endif()
  get_filename_component(_dokimos_prefix "${_dokimos_prefix}" DIRECTORY)
endforeach()

set(_dokimos_hints HINTS "${_dokimos_prefix}" PATH_SUFFIXES lib lib64 "lib/${CMAKE_LIBRARY_ARCHITECTURE}" NO_DEFAULT_PATH)
find_library(DOKIMOS_SHARED_LIBRARY NAMES libdokimos.so libdokimos.dylib dokimos ${_dokimos_hints})
find_library(DOKIMOS_STATIC_LIBRARY NAMES libdokimos.a ${_dokimos_hints})
mark_as_advanced(DOKIMOS_SHARED_LIBRARY DOKIMOS_STATIC_LIBRARY)

if(DOKIMOS_SHARED_LIBRARY AND NOT TARGET dokimos::dokimos)
  add_library(dokimos::dokimos SHARED IMPORTED)
  set_target_properties(dokimos::dokimos PROPERTIES
    IMPORTED_LOCATION "${DOKIMOS_SHARED_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${_dokimos_prefix}/include")
endif()

if(DOKIMOS_STATIC_LIBRARY AND NOT TARGET dokimos::static)
  find_package(Threads REQUIRED)
  add_library(dokimos::static STATIC IMPORTED)
  set_target_properties(dokimos::static PROPERTIES
    IMPORTED_LOCATION "${DOKIMOS_STATIC_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${_dokimos_prefix}/include"
    INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
endif()

if(NOT TARGET dokimos::dokimos AND NOT TARGET dokimos::static)
  set(dokimos_FOUND FALSE)
  set(dokimos_NOT_FOUND_MESSAGE "no library under ${_dokimos_prefix}")
endif()
