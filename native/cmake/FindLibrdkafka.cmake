# librdkafka: the target Librdkafka::Librdkafka.
#
# The library is the one inside the confluent-kafka wheel of the Python that builds, because those of Debian 12 and
# Ubuntu 24.04 are refused by brokers of Kafka 4 when they log in with SCRAM. It exports nothing but its own functions,
# so the OpenSSL in it does not meet the system's, which gRPC uses. The wheel has no headers: these are the system's.
# An older header fits a newer library, whose interface is kept.
#
# -DLibrdkafka_LIBRARY=FILE takes another one. Librdkafka_IN_WHEEL says whether it is the wheel's.

find_path(Librdkafka_INCLUDE_DIR librdkafka/rdkafka.h)

# Not kept in the cache: its name changes with each version of the wheel.
set(Librdkafka_IN_WHEEL FALSE)
if(NOT Librdkafka_LIBRARY)
  execute_process(
    COMMAND ${Python_EXECUTABLE} -c [[
from importlib.metadata import files
found = [file.locate() for file in files("confluent-kafka") or () if file.name.startswith("librdkafka")]
print(found[0].resolve(), end="")
]]
    OUTPUT_VARIABLE Librdkafka_LIBRARY
    ERROR_QUIET)
  set(Librdkafka_IN_WHEEL TRUE)
endif()

if(Librdkafka_LIBRARY)
  execute_process(
    COMMAND ${Python_EXECUTABLE} -c [[
import ctypes, sys
version = ctypes.CDLL(sys.argv[1]).rd_kafka_version_str
version.restype = ctypes.c_char_p
print(version().decode(), end="")
]] ${Librdkafka_LIBRARY}
    OUTPUT_VARIABLE Librdkafka_VERSION
    COMMAND_ERROR_IS_FATAL ANY)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Librdkafka
  REQUIRED_VARS Librdkafka_LIBRARY Librdkafka_INCLUDE_DIR
  VERSION_VAR Librdkafka_VERSION
  REASON_FAILURE_MESSAGE "The library comes with the confluent-kafka wheel in ${Python_EXECUTABLE}: `make setup` \
installs that into .venv, for -DPython_EXECUTABLE=$PWD/.venv/bin/python. Or name one by -DLibrdkafka_LIBRARY=FILE. \
The headers come with the system's package librdkafka-dev.")

if(Librdkafka_FOUND AND NOT TARGET Librdkafka::Librdkafka)
  add_library(Librdkafka::Librdkafka SHARED IMPORTED)
  set_target_properties(Librdkafka::Librdkafka PROPERTIES
    IMPORTED_LOCATION ${Librdkafka_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${Librdkafka_INCLUDE_DIR})
endif()
