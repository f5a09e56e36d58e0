package io.github.fusedrnn.examples.models;

import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.model.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** A model file as an argument; one that cannot be read is reported in one sentence, with exit code 2. */
final class ModelInput {
    /** What is done with the file. */
    @FunctionalInterface
    interface Action {
        int run() throws IOException;
    }

    private ModelInput() {}

    static ModelImport read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": no such file");
        }
        return ModelFile.read(file);
    }

    static int run(CommandSpec spec, Action action) {
        try {
            return action.run();
        } catch (IOException | UnsupportedOperationException e) {
            CommandLine command = spec.commandLine();
            command.getErr().println(spec.qualifiedName() + ": " + Texts.sentence(e));
            return CommandLine.ExitCode.USAGE;
        }
    }
}
