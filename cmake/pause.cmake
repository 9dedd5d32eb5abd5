# images/pause/pause.c becomes a static program of a few hundred bytes, embedded into the node room: the sandbox
# image is made from it at first start, without any registry.
set(pause_bin ${CMAKE_BINARY_DIR}/pause)
add_custom_command(
  OUTPUT ${pause_bin}
  COMMAND ${CMAKE_C_COMPILER} -static -nostdlib -Os -fno-asynchronous-unwind-tables -fno-stack-protector
          -fcf-protection=none -Wl,-z,norelro,--build-id=none,-z,noseparate-code -s -o ${pause_bin}
          ${CMAKE_SOURCE_DIR}/images/pause/pause.c
  DEPENDS ${CMAKE_SOURCE_DIR}/images/pause/pause.c
  COMMENT "pause")
add_custom_target(pause_program DEPENDS ${pause_bin})
if(TARGET proa_node AND EXISTS ${CMAKE_SOURCE_DIR}/src/node/image/pause_image.cc)
  add_dependencies(proa_node pause_program)
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/node/image/pause_image.cc PROPERTIES
    COMPILE_DEFINITIONS PROA_PAUSE_PROGRAM="${pause_bin}"
    OBJECT_DEPENDS ${pause_bin})
endif()
