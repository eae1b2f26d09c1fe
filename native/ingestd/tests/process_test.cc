// The program itself: its lines, its signals, its exit codes.
#include <fcntl.h>
#include <grpcpp/create_channel.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ingest_fixture.h"

namespace keystone::ingestd {
namespace {

// A running keystone-ingestd; killed if the test did not wait for it.
class Process {
 public:
  explicit Process(const std::vector<std::string>& flags) {
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) abort();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDERR_FILENO);
    std::vector<char*> arguments = {const_cast<char*>(KEYSTONE_INGESTD)};
    for (const std::string& flag : flags) arguments.push_back(const_cast<char*>(flag.c_str()));
    arguments.push_back(nullptr);
    if (posix_spawn(&pid_, KEYSTONE_INGESTD, &actions, nullptr, arguments.data(), environ) != 0) {
      abort();
    }
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_ends[1]);
    output_ = fdopen(pipe_ends[0], "r");
  }

  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    fclose(output_);
  }

  // The next line to stderr, empty at its end.
  std::string Line() {
    char line[1024];
    return fgets(line, sizeof line, output_) ? line : "";
  }

  // HOST:PORT, once it listens.
  std::string Address() {
    const std::string start = "keystone-ingestd: listening on ";
    std::string line;
    do line = Line();
    while (!line.empty() && !line.starts_with(start));
    if (line.empty()) return "";
    return line.substr(start.size(), line.size() - start.size() - 1);
  }

  void Signal(int signal) { kill(pid_, signal); }

  int ExitCode() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  FILE* output_ = nullptr;
};

class ProcessTest : public testing::Test {
 protected:
  std::vector<std::string> Flags(const std::string& listen) {
    return {"--listen",
            listen,
            "--bootstrap-servers",
            kafka.bootstrap_servers(),
            "--topic",
            MockKafka::kTopic,
            "--schema-version-id",
            kDefaultSchemaVersion};
  }

  MockKafka kafka;
};

std::unique_ptr<ingest::v1::IngestionService::Stub> Connect(const std::string& address) {
  return ingest::v1::IngestionService::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
}

class ProcessStops : public ProcessTest, public testing::WithParamInterface<int> {};

TEST_P(ProcessStops, OnASignalWithEveryEventAnswered) {
  Process server(Flags("127.0.0.1:0"));
  const auto stub = Connect(server.Address());
  ClientStream stream(*stub);
  stream.Write(Event(1));
  ASSERT_EQ(stream.Read().outcome(), OUTCOME_OK);
  kafka.DelayAnswersMs(300);
  for (uint64_t seq = 2; seq <= 50; ++seq) stream.Write(Event(seq));
  stream.Write(BadEvent(51));
  ASSERT_EQ(stream.Read().seq(), 51u);
  server.Signal(GetParam());
  server.Signal(GetParam());  // a second one changes nothing
  for (int i = 2; i <= 50; ++i) ASSERT_EQ(stream.Read().outcome(), OUTCOME_OK);
  EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(server.ExitCode(), 0);
}

INSTANTIATE_TEST_SUITE_P(, ProcessStops, testing::Values(SIGTERM, SIGINT));

TEST_F(ProcessTest, WithABusyPortSaysSoInOneLineAndExits1) {
  Process first(Flags("127.0.0.1:0"));
  const std::string address = first.Address();
  Process second(Flags(address));
  EXPECT_EQ(second.Line(), "keystone-ingestd: cannot listen on " + address +
                               ": Address already in use; choose another with --listen\n");
  EXPECT_EQ(second.Line(), "");
  EXPECT_EQ(second.ExitCode(), 1);
}

TEST_F(ProcessTest, WithAWrongFlagSaysSoInOneLineAndExits2) {
  Process server({"--port", "0"});
  EXPECT_EQ(server.Line(), "keystone-ingestd: unknown flag \"--port\"; --help lists them all\n");
  EXPECT_EQ(server.Line(), "");
  EXPECT_EQ(server.ExitCode(), 2);
}

TEST_F(ProcessTest, WhoseProducerCannotGoOnGoesOnWithANewOne) {
  Process server(Flags("127.0.0.1:0"));
  const auto stub = Connect(server.Address());
  kafka.RefuseProduce(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, 1);
  ingest::v1::EventResponse response;
  EXPECT_EQ(stub->SendEvent(NewContext().get(), Event(1), &response).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  while (!stub->SendEvent(NewContext().get(), Event(2), &response).ok()) {
  }
  EXPECT_EQ(kafka.Read(1).at(0).headers.at("seq"), "2");
  server.Signal(SIGTERM);
  EXPECT_EQ(server.ExitCode(), 0);
}

TEST_F(ProcessTest, StartsWithoutKafka) {
  kafka.Down();
  Process server(Flags("127.0.0.1:0"));
  EXPECT_NE(server.Address(), "");
  server.Signal(SIGTERM);
  EXPECT_EQ(server.ExitCode(), 0);
}

}  // namespace
}  // namespace keystone::ingestd
