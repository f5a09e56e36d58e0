#include "dense_crew.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>

#include "status.h"

namespace fusedrnn {
namespace {

constexpr int kMostThreads = 1024;
std::atomic<int> dense_threads{1};
std::mutex mutex;

}  // namespace

struct DenseCrewLease::Team {
  explicit Team(int threads) : workers(threads) {}
  Workers workers;
  Team* next = nullptr;
  static Team* spare;
};

DenseCrewLease::Team* DenseCrewLease::Team::spare = nullptr;

// Threads that are no longer granted end; larger teams are made when they are needed.
void SetDenseThreads(int threads) {
  if (threads < 1 || threads > kMostThreads) {
    Fail(FR_INVALID_ARGUMENT, "threads: %d (expected: 1 to %d)", threads, kMostThreads);
  }
  dense_threads.store(threads, std::memory_order_relaxed);
  DenseCrewLease::EndSpare();
}

int DenseThreads() noexcept { return dense_threads.load(std::memory_order_relaxed); }

int DenseCrewSize(int64_t parts, int64_t smallest) noexcept {
  return static_cast<int>(std::clamp<int64_t>(parts / smallest, 1, DenseThreads()));
}

// A spare team that is too small gives its threads back before a larger one is made.
DenseCrewLease::DenseCrewLease(int count) : count_(count) {
  if (count == 1) return;
  std::unique_ptr<Team> team;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    team.reset(Team::spare);
    if (team != nullptr) Team::spare = team->next;
  }
  if (team == nullptr || team->workers.threads() < count) {
    team.reset();
    team = std::make_unique<Team>(std::max(count, DenseThreads()));
  }
  team_ = team.release();
}

DenseCrewLease::~DenseCrewLease() {
  if (team_ == nullptr) return;
  if (team_->workers.threads() > DenseThreads()) {
    delete team_;
    return;
  }
  const std::lock_guard<std::mutex> lock(mutex);
  team_->next = Team::spare;
  Team::spare = team_;
}

void DenseCrewLease::EndSpare() noexcept {
  const std::lock_guard<std::mutex> lock(mutex);
  while (Team::spare != nullptr) {
    const std::unique_ptr<Team> team(Team::spare);
    Team::spare = team->next;
  }
}

void DenseCrewLease::RunTeam(CrewBody body, void* context) noexcept {
  team_->workers.Run(count_, body, context);
}

}  // namespace fusedrnn
