#include "workers.h"

namespace fusedrnn {

Workers::Workers(int threads) : threads_(threads), barrier_(threads) {
  if (threads_ == 1) return;
  borrowed_ = std::make_unique<PoolThread*[]>(static_cast<size_t>(threads_ - 1));
  ThreadPool::Instance().Add(threads_ - 1);
}

Workers::~Workers() {
  if (threads_ > 1) ThreadPool::Instance().Remove(threads_ - 1);
}

void Workers::RunTeam(int count, TeamBody body, void* context) noexcept {
  const int others = count - 1;
  const uint64_t arrivals = barrier_.Arrived(0);
  ThreadPool::Instance().Borrow(borrowed_.get(), others);
  for (int i = 0; i < others; ++i) {
    borrowed_[static_cast<size_t>(i)]->Give(
        {body, context, Team{i + 1, count, &barrier_}, arrivals});
  }
  body(context, Team{0, count, &barrier_});
  for (int i = 0; i < others; ++i) borrowed_[static_cast<size_t>(i)]->AwaitEnd();
  ThreadPool::Instance().GiveBack(borrowed_.get(), others);
}

}  // namespace fusedrnn
