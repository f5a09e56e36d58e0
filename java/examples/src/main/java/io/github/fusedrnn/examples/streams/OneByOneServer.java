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
 * What a pool is compared with: as many threads, each with its own session, a queue and every so many-th stream, and each step a call of its own.
 */
final class OneByOneServer implements StepServer {
    private record Request(int stream, float[] x, float[] y, StepCallback callback) {}

    private static final Request END = new Request(-1, new float[0], new float[0], new StepCallback() {
        @Override
        public void stepped(long streamId, long step, float[] y, int yOffset) {}

        @Override
        public void failed(long streamId, Throwable cause) {}
    });

    /** What one thread steps with. */
    private record Desk(Session session, FloatTensor x, FloatTensor y, BlockingQueue<Request> waiting) {}

    private final List<Desk> desks = new ArrayList<>();
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
                desks.add(new Desk(
                        resources.add(layer.session(1, 1, 1)),
                        resources.add(layer.newInput(1, 1)),
                        resources.add(layer.newOutput(1, 1)),
                        new ArrayBlockingQueue<>(Math.max(1, queue / threadCount))));
            }
            for (Desk desk : desks) {
                Thread thread = new Thread(() -> serve(desk), "one-by-one-" + threads.size());
                thread.start();
                threads.add(thread);
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void serve(Desk desk) {
        try {
            for (Request request = desk.waiting.take(); request != END; request = desk.waiting.take()) {
                try {
                    step(desk, request);
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

    private void step(Desk desk, Request request) {
        RecurrentState state = states[request.stream];
        desk.x.copyFrom(request.x);
        desk.session.infer(desk.x, null, state, desk.y, state);
        desk.y.copyTo(request.y);
    }

    @Override
    public boolean submit(int stream, float[] x, float[] y, StepCallback callback) {
        return desks.get(stream % desks.size()).waiting.offer(new Request(stream, x.clone(), y, callback));
    }

    @Override
    public void close() {
        try {
            for (int i = 0; i < threads.size(); i++) {
                BlockingQueue<Request> waiting = desks.get(i).waiting;
                // A thread that has died takes nothing from a full queue any more.
                while (threads.get(i).isAlive() && !waiting.offer(END, 100, TimeUnit.MILLISECONDS)) {}
                threads.get(i).join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        resources.close();
    }
}
