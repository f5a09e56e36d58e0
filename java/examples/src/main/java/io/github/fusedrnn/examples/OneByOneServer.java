package io.github.fusedrnn.examples;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.RecurrentState;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.stream.StepCallback;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

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

    private final List<BlockingQueue<Request>> queues = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final RecurrentState[] states;

    OneByOneServer(RecurrentLayer layer, int threadCount, int streams, int queue) {
        states = new RecurrentState[streams];
        for (int s = 0; s < streams; s++) {
            states[s] = layer.newState(1);
        }
        for (int i = 0; i < threadCount; i++) {
            BlockingQueue<Request> waiting = new ArrayBlockingQueue<>(Math.max(1, queue / threadCount));
            queues.add(waiting);
            Thread thread = new Thread(() -> serve(layer, waiting), "one-by-one-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    private void serve(RecurrentLayer layer, BlockingQueue<Request> waiting) {
        try (Session session = layer.session(1, 1, 1);
                FloatTensor x = layer.newInput(1, 1);
                FloatTensor y = layer.newOutput(1, 1)) {
            for (Request request = waiting.take(); request != END; request = waiting.take()) {
                RecurrentState state = states[request.stream];
                x.storage().write(0, request.x, 0, request.x.length);
                session.infer(x, null, state, y, state);
                y.storage().read(0, request.y, 0, request.y.length);
                request.callback.stepped(request.stream, 0, request.y, 0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean submit(int stream, float[] x, float[] y, StepCallback callback) {
        return queues.get(stream % queues.size()).offer(new Request(stream, x.clone(), y, callback));
    }

    @Override
    public void close() {
        try {
            for (int i = 0; i < threads.size(); i++) {
                queues.get(i).put(END);
                threads.get(i).join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (RecurrentState state : states) {
            state.close();
        }
    }
}
