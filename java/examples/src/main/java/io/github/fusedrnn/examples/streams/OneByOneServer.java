package io.github.fusedrnn.examples.streams;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.examples.cli.Resources;
import io.github.fusedrnn.stream.StepCallback;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The baseline of a pool: as many threads, each with its own session, queue and share of the streams, and one call per step.
 */
final class OneByOneServer implements StepServer {
    private record Request(int stream, float[] x, float[] y, StepCallback callback) {}

    private static final Request END = new Request(-1, new float[0], new float[0], new StepCallback() {
        @Override
        public void stepped(long streamId, long step, float[] y, int yOffset) {}

        @Override
        public void failed(long streamId, Throwable cause) {}
    });

    /** One thread's session, tensors and queue. */
    private record Worker(Session session, FloatTensor x, FloatTensor y, BlockingQueue<Request> waiting) {}

    private final List<Worker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Resources resources = new Resources();
    private final RecurrentState[] states;

    OneByOneServer(RecurrentLayer layer, int threadCount, int streams, int queue) {
        states = new RecurrentState[streams];
        try {
            for (int s = 0; s < streams; s++) {
                states[s] = resources.add(layer.newState(1));
            }
            for (int i = 0; i < threadCount; i++) {
                workers.add(new Worker(
                        resources.add(layer.session(1, 1, 1)),
                        resources.add(layer.newInput(1, 1)),
                        resources.add(layer.newOutput(1, 1)),
                        new ArrayBlockingQueue<>(Math.max(1, queue / threadCount))));
            }
            for (Worker worker : workers) {
                Thread thread = new Thread(() -> serve(worker), "one-by-one-" + threads.size());
                thread.start();
                threads.add(thread);
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void serve(Worker worker) {
        try {
            for (Request request = worker.waiting.take(); request != END; request = worker.waiting.take()) {
                try {
                    step(worker, request);
                } catch (RuntimeException | Error e) {
                    request.callback.failed(request.stream, e);
                    continue;
                }
                request.callback.stepped(request.stream, 0, request.y, 0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void step(Worker worker, Request request) {
        RecurrentState state = states[request.stream];
        worker.x.copyFrom(request.x);
        worker.session.infer(worker.x, null, state, worker.y, state);
        worker.y.copyTo(request.y);
    }

    @Override
    public boolean submit(int stream, float[] x, float[] y, StepCallback callback) {
        return workers.get(stream % workers.size()).waiting.offer(new Request(stream, x.clone(), y, callback));
    }

    @Override
    public void close() {
        try {
            for (int i = 0; i < threads.size(); i++) {
                BlockingQueue<Request> waiting = workers.get(i).waiting;
                // A thread that has died no longer takes anything from a full queue.
                while (threads.get(i).isAlive() && !waiting.offer(END, 100, TimeUnit.MILLISECONDS)) {}
                threads.get(i).join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        resources.close();
    }
}
