package io.github.fusedrnn.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/**
 * What a command did, run in this process.
 *
 * @param exitCode 0, 1 or 2
 * @param out what it printed
 * @param err what it printed to the error stream
 */
public record CommandRun(int exitCode, String out, String err) {

    public static CommandRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commands =
                FusedRnn.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int exitCode = commands.execute(arguments);
        commands.getOut().flush();
        commands.getErr().flush();
        return new CommandRun(exitCode, out.toString(), err.toString());
    }
}
