package io.github.fusedrnn.stream;

/** The thread of a pool's worker. It must wait neither for room in a queue nor for the end of a pool: it would wait for itself. */
class WorkerThread extends Thread {
    WorkerThread(Runnable worker, String name) {
        super(worker, name);
        setDaemon(true);
    }

    static boolean isCurrent() {
        return Thread.currentThread() instanceof WorkerThread;
    }
}
