package io.github.fusedrnn.examples;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: one subcommand per class. */
@Command(
        name = "fusedrnn",
        description = "Recurrent layers on the JVM: train, sample, check, diagnose.",
        mixinStandardHelpOptions = true,
        subcommands = CommandLine.HelpCommand.class)
public final class FusedRnn {
    private FusedRnn() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new FusedRnn()).execute(args));
    }
}
