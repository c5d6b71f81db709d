# Writes the texts of FILES into OUTPUT as {"name", text} entries, for shipped.cpp.
set(text "")
foreach(file IN LISTS FILES)
    get_filename_component(name "${file}" NAME)
    file(READ "${file}" content HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${content}")
    string(APPEND text "{\"${name}\", {${bytes}}},\n")
endforeach()
file(WRITE "${OUTPUT}" "${text}")
