# The schema table: upstream's pinned sources are fetched, protoc reads them, the schema compiler joins them with
# the overlays of schema/. Everything lies in the build folder. proa_schema links the table, proa_object reads the
# list of member names.
set(schema_dir ${CMAKE_SOURCE_DIR}/schema)
set(schema_out ${CMAKE_BINARY_DIR}/schema)
file(MAKE_DIRECTORY ${schema_out})
file(GLOB schema_overlays CONFIGURE_DEPENDS ${schema_dir}/*.yaml)
file(GLOB schema_compiler CONFIGURE_DEPENDS ${schema_dir}/compiler/*.py)

add_custom_command(
  OUTPUT ${schema_out}/upstream.desc
  COMMAND ${schema_dir}/fetch.sh ${schema_out}
  COMMAND ${schema_dir}/protoc.sh ${schema_out}
  DEPENDS ${schema_dir}/upstream.lock ${schema_dir}/fetch.sh ${schema_dir}/protoc.sh
  COMMENT "Fetching upstream's API definitions" VERBATIM)
add_custom_command(
  OUTPUT ${schema_out}/schema_table.bin ${schema_out}/known_names.inc
  COMMAND /usr/bin/python3 ${schema_dir}/compile.py --source ${schema_out}/src
          --descriptors ${schema_out}/upstream.desc --out ${schema_out}
  COMMAND ${CMAKE_COMMAND} -E touch ${schema_out}/schema_table.bin ${schema_out}/known_names.inc
  DEPENDS ${schema_out}/upstream.desc ${schema_dir}/compile.py ${schema_overlays} ${schema_compiler}
  COMMENT "Compiling the schema" VERBATIM)
add_custom_target(schema_table DEPENDS ${schema_out}/schema_table.bin ${schema_out}/known_names.inc)

# After the rooms are declared: hands both files to their rooms.
function(proa_hand_out_schema)
  if(TARGET proa_object)
    add_dependencies(proa_object schema_table)
    get_target_property(kind proa_object TYPE)
    if(kind STREQUAL "STATIC_LIBRARY")
      set_source_files_properties(${CMAKE_SOURCE_DIR}/src/object/names.cc PROPERTIES
        COMPILE_DEFINITIONS PROA_KNOWN_NAMES="${schema_out}/known_names.inc"
        OBJECT_DEPENDS ${schema_out}/known_names.inc)
    endif()
  endif()
  if(TARGET proa_schema)
    add_dependencies(proa_schema schema_table)
    set_source_files_properties(${CMAKE_SOURCE_DIR}/src/schema/table.cc PROPERTIES
      COMPILE_DEFINITIONS PROA_SCHEMA_TABLE="${schema_out}/schema_table.bin"
      OBJECT_DEPENDS ${schema_out}/schema_table.bin)
    set_source_files_properties(${CMAKE_SOURCE_DIR}/src/schema/upstream_data_test.cc PROPERTIES
      COMPILE_DEFINITIONS PROA_UPSTREAM_DATA="${schema_out}/src/k8s.io/api/testdata/HEAD")
  endif()
endfunction()
cmake_language(DEFER CALL proa_hand_out_schema)
