package io.github.fusedrnn.peers;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Stops and resumes processes through one shell: Java has no call for it, and a new shell for each signal would cost milliseconds. */
final class Signals implements AutoCloseable {
    private final Process shell;
    private final BufferedWriter commands;
    private final BufferedReader echoes;

    Signals() throws IOException {
        shell = new ProcessBuilder("sh")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        commands = shell.outputWriter(StandardCharsets.UTF_8);
        echoes = shell.inputReader(StandardCharsets.UTF_8);
    }

    void stop(long pid) throws IOException {
        send("STOP", pid);
    }

    void resume(long pid) throws IOException {
        send("CONT", pid);
    }

    private void send(String signal, long pid) throws IOException {
        commands.write("kill -" + signal + " " + pid + "; echo done");
        commands.newLine();
        commands.flush();
        if (echoes.readLine() == null) {
            throw new IOException("the shell that sends signals ended");
        }
    }

    @Override
    public void close() {
        shell.destroy();
    }
}
