package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.stream.StepCallback;
import io.github.fusedrnn.stream.StreamPool;
import io.github.fusedrnn.stream.StreamPoolClosedException;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Steps streams as fast as it can, on threads of its own that do nothing outside of {@link #stepsPerSecond}. */
abstract class PoolLoad implements AutoCloseable {
    /** Steps done since the beginning. */
    abstract long steps();

    /** Goes on. */
    abstract void start();

    /** Stops; returns when nothing runs any more. */
    abstract void stop();

    @Override
    public abstract void close();

    final double stepsPerSecond(double seconds) {
        start();
        long from = steps();
        long begin = System.nanoTime();
        try {
            Thread.sleep((long) (seconds * 1000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        double rate = (steps() - from) * 1e9 / (System.nanoTime() - begin);
        stop();
        return rate;
    }

    /** Each thread steps its streams in turn, each with a state of its own, from and to Java arrays. */
    static PoolLoad oneByOne(RecurrentLayer layer, int streams, int threads) {
        return new Threads(threads) {
            @Override
            Worker worker(int index) {
                return new Worker() {
                    private final RecurrentState[] states = new RecurrentState[streams / threads];
                    private final float[] x = LayerCase.uniform(layer.config().inputSize(), 1);
                    private final float[][] ys =
                            new float[states.length][layer.config().outputSize()];
                    private final Session session = layer.session(1, 1, 1);
                    private final FloatTensor in = layer.newInput(1, 1);
                    private final FloatTensor out = layer.newOutput(1, 1);
                    private int at;

                    {
                        for (int s = 0; s < states.length; s++) {
                            states[s] = layer.newState(1);
                        }
                    }

                    @Override
                    int run() {
                        RecurrentState state = states[at];
                        in.copyFrom(x);
                        session.infer(in, null, state, out, state);
                        out.copyTo(ys[at]);
                        at = (at + 1) % states.length;
                        return 1;
                    }

                    @Override
                    void close() {
                        for (RecurrentState state : states) {
                            state.close();
                        }
                        session.close();
                        in.close();
                        out.close();
                    }
                };
            }
        };
    }

    /** Each thread runs batches of one step with nothing around them. */
    static PoolLoad bareBatches(RecurrentLayer layer, int threads, int batch) {
        return new Threads(threads) {
            @Override
            Worker worker(int index) {
                return new Worker() {
                    private final Session session = layer.session(1, batch, 1);
                    private final FloatTensor in = layer.newInput(1, batch);
                    private final FloatTensor out = layer.newOutput(1, batch);
                    private final RecurrentState state = layer.newState(batch);

                    @Override
                    int run() {
                        session.infer(in, null, state, out, state);
                        return batch;
                    }

                    @Override
                    void close() {
                        session.close();
                        in.close();
                        out.close();
                        state.close();
                    }
                };
            }
        };
    }

    /** Every stream always waits for its next step: its answer's callback submits it, on the worker. */
    static PoolLoad pool(RecurrentLayer layer, int streams, int threads, int batch) {
        StreamPool pool = StreamPool.builder(layer)
                .workers(threads)
                .streams(streams)
                .largestBatch(batch)
                .queue(2 * streams)
                .build();
        float[] x = LayerCase.uniform(layer.config().inputSize(), 1);
        LongAdder steps = new LongAdder();
        return new PoolLoad() {
            private volatile boolean running;
            private final LongAdder open = new LongAdder();
            private final float[][] ys = new float[streams][layer.config().outputSize()];
            private final StepCallback again = new StepCallback() {
                @Override
                public void stepped(long streamId, long step, float[] y, int yOffset) {
                    steps.increment();
                    if (running) {
                        pool.submit(streamId, x, 0, y, yOffset, this);
                    } else {
                        open.decrement();
                    }
                }

                @Override
                public void failed(long streamId, Throwable cause) {
                    open.decrement();
                    if (!(cause instanceof StreamPoolClosedException)) {
                        throw new IllegalStateException(cause);
                    }
                }
            };

            @Override
            long steps() {
                return steps.sum();
            }

            @Override
            void start() {
                running = true;
                for (int s = 0; s < streams; s++) {
                    open.increment();
                    pool.submit(s, x, 0, ys[s], 0, again);
                }
            }

            @Override
            void stop() {
                running = false;
                while (open.sum() > 0) {
                    Thread.onSpinWait();
                }
            }

            @Override
            public void close() {
                pool.close();
            }
        };
    }

    /** What one thread of a load does, on its own memory. */
    abstract static class Worker {
        /** Does some steps; answers how many. */
        abstract int run();

        abstract void close();
    }

    /** A load of threads that know nothing of each other. */
    private abstract static class Threads extends PoolLoad {
        private final int count;
        private final List<Worker> workers = new ArrayList<>();
        private final List<Thread> threads = new ArrayList<>();
        private final LongAdder steps = new LongAdder();
        private volatile boolean running;

        Threads(int count) {
            this.count = count;
        }

        abstract Worker worker(int index);

        @Override
        long steps() {
            return steps.sum();
        }

        @Override
        void start() {
            while (workers.size() < count) {
                workers.add(worker(workers.size()));
            }
            running = true;
            for (Worker worker : workers) {
                Thread thread = new Thread(() -> {
                    while (running) {
                        steps.add(worker.run());
                    }
                });
                threads.add(thread);
                thread.start();
            }
        }

        @Override
        void stop() {
            running = false;
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            threads.clear();
        }

        @Override
        public void close() {
            workers.forEach(Worker::close);
        }
    }
}
