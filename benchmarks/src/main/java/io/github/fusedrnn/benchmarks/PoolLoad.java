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

/** Steps streams as fast as possible, on its own threads, which are idle outside {@link #stepsPerSecond}. */
abstract class PoolLoad implements AutoCloseable {
    /** Number of steps since creation. */
    abstract long steps();

    /** Starts or resumes stepping. */
    abstract void start();

    /** Stops; returns when no step is running. */
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

    /** Each thread steps its own streams in turn, each stream with its own state, from and to Java arrays. */
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
                    private int next;

                    {
                        for (int s = 0; s < states.length; s++) {
                            states[s] = layer.newState(1);
                        }
                    }

                    @Override
                    int run() {
                        RecurrentState state = states[next];
                        in.copyFrom(x);
                        session.infer(in, null, state, out, state);
                        out.copyTo(ys[next]);
                        next = (next + 1) % states.length;
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

    /** Each thread runs bare batches of one step. */
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

    /** Every stream always waits for its next step: the callback of a step submits the next one, on the worker's thread. */
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
            private final LongAdder pending = new LongAdder();
            private final float[][] ys = new float[streams][layer.config().outputSize()];
            private final StepCallback resubmit = new StepCallback() {
                @Override
                public void stepped(long streamId, long step, float[] y, int yOffset) {
                    steps.increment();
                    if (running) {
                        pool.submit(streamId, x, 0, y, yOffset, this);
                    } else {
                        pending.decrement();
                    }
                }

                @Override
                public void failed(long streamId, Throwable cause) {
                    pending.decrement();
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
                    pending.increment();
                    pool.submit(s, x, 0, ys[s], 0, resubmit);
                }
            }

            @Override
            void stop() {
                running = false;
                while (pending.sum() > 0) {
                    Thread.onSpinWait();
                }
            }

            @Override
            public void close() {
                pool.close();
            }
        };
    }

    /** The work of one thread of a load, on its own memory. */
    abstract static class Worker {
        /** Runs some steps; returns their number. */
        abstract int run();

        abstract void close();
    }

    /** A load of independent threads. */
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
