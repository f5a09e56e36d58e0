package io.github.fusedrnn.cudnn.internal.rnn;

import java.util.ArrayDeque;
import java.util.Deque;

/** Releases what was acquired, in reverse order; never throws. Not thread-safe. */
final class Cleanup implements Runnable {
    private final Deque<Runnable> actions = new ArrayDeque<>();

    /** Adds how to release what has just been acquired. */
    void add(Runnable release) {
        actions.push(release);
    }

    @Override
    public void run() {
        while (!actions.isEmpty()) {
            actions.pop().run();
        }
    }
}
