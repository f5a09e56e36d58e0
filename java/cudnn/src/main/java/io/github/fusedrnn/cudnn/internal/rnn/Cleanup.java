package io.github.fusedrnn.cudnn.internal.rnn;

import java.util.ArrayDeque;
import java.util.Deque;

/** What somebody must give back, in the opposite order of taking; giving back never throws. Not thread-safe. */
final class Holdings implements Runnable {
    private final Deque<Runnable> undo = new ArrayDeque<>();

    /** Adds how to give back what has just been taken. */
    void add(Runnable giveBack) {
        undo.push(giveBack);
    }

    @Override
    public void run() {
        while (!undo.isEmpty()) {
            undo.pop().run();
        }
    }
}
