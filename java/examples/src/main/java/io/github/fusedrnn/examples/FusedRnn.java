package io.github.fusedrnn.examples;

import io.github.fusedrnn.examples.adder.AdderCommand;
import io.github.fusedrnn.examples.cli.BadInput;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.models.ConformanceCommand;
import io.github.fusedrnn.examples.models.ImportCommand;
import io.github.fusedrnn.examples.models.InspectCommand;
import io.github.fusedrnn.examples.seq2seq.Seq2seqCommand;
import io.github.fusedrnn.examples.sequence.PrimesCommand;
import io.github.fusedrnn.examples.sequence.SequenceCommand;
import io.github.fusedrnn.examples.streams.ServeBenchCommand;
import io.github.fusedrnn.examples.tagging.MusicCommand;
import io.github.fusedrnn.examples.tagging.SentimentCommand;
import io.github.fusedrnn.examples.tagging.TaggerCommand;
import io.github.fusedrnn.examples.text.CharlmCommand;
import io.github.fusedrnn.examples.text.PtbCommand;
import io.github.fusedrnn.examples.text.Word2vecCommand;
import io.github.fusedrnn.examples.tools.DoctorCommand;
import io.github.fusedrnn.examples.tools.FamilyCommand;
import io.github.fusedrnn.examples.tools.GradcheckCommand;
import io.github.fusedrnn.examples.tools.GradientsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line: one subcommand per class. Exit codes: 0 success, 1 a failure or a missed limit, 2 wrong usage or unusable input, 130 a training
 * interrupted by Ctrl-C. A failure prints one sentence to the error stream; {@code --stacktrace} adds the stack trace.
 */
@Command(
        name = "fusedrnn",
        description = "Recurrent layers on the JVM: train, sample, check, import, diagnose.",
        mixinStandardHelpOptions = true,
        versionProvider = FusedRnn.Version.class,
        subcommands = {
            AdderCommand.class,
            CharlmCommand.class,
            PtbCommand.class,
            Word2vecCommand.class,
            PrimesCommand.class,
            SequenceCommand.class,
            Seq2seqCommand.class,
            TaggerCommand.class,
            SentimentCommand.class,
            MusicCommand.class,
            GradientsCommand.class,
            GradcheckCommand.class,
            ConformanceCommand.class,
            FamilyCommand.class,
            InspectCommand.class,
            ImportCommand.class,
            ServeBenchCommand.class,
            DoctorCommand.class,
            CommandLine.HelpCommand.class
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class FusedRnn implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--stacktrace", scope = ScopeType.INHERIT, description = "Print the stack trace of a failure.")
    private boolean stacktrace;

    private FusedRnn() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The whole command line, which tests run in their own process. */
    public static CommandLine commandLine() {
        FusedRnn root = new FusedRnn();
        CommandLine commands = new CommandLine(root).setCaseInsensitiveEnumValuesAllowed(true);
        commands.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + Texts.sentence(failure));
            if (root.stacktrace) {
                failure.printStackTrace(command.getErr());
            }
            return failure instanceof BadInput ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
        });
        commands.setParameterExceptionHandler((failure, arguments) -> {
            CommandLine command = failure.getCommandLine();
            String name = command.getCommandSpec().qualifiedName();
            command.getErr()
                    .println(name + ": " + Texts.sentence(failure) + " (" + name + " --help lists the options)");
            if (root.stacktrace) {
                failure.printStackTrace(command.getErr());
            }
            return CommandLine.ExitCode.USAGE;
        });
        return commands;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }

    /** What the jar's manifest says. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = FusedRnn.class.getPackage().getImplementationVersion();
            return new String[] {"fusedrnn " + (version == null ? "(built from source)" : version)};
        }
    }
}
