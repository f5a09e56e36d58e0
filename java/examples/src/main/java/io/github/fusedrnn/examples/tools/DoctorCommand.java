package io.github.fusedrnn.examples.tools;

import io.github.fusedrnn.BackendStatus;
import io.github.fusedrnn.Backends;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentOutput;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.examples.cli.InstructionSets;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.tensor.FloatTensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what was found, tried and chosen on this machine. */
@Command(
        name = "doctor",
        description = "Print what FusedRNN finds on this machine: Java, CPU, instruction sets, OpenBLAS, "
                + "backends, and why one is not available.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        section(out, "Java");
        line(out, "version", property("java.version") + " (" + property("java.vendor") + ")");
        line(out, "virtual machine", property("java.vm.name") + " " + property("java.vm.version"));
        line(out, "home", property("java.home"));
        line(out, "heap limit", Runtime.getRuntime().maxMemory() / (1 << 20) + " MiB");
        section(out, "Machine");
        line(out, "system", property("os.name") + " " + property("os.version") + ", " + property("os.arch"));
        line(out, "processor", processor());
        line(out, "processors for Java", String.valueOf(Runtime.getRuntime().availableProcessors()));
        line(out, "memory available", memoryAvailable());
        section(out, "Settings");
        for (String name : List.of(
                "fusedrnn.backend",
                "fusedrnn.threads",
                "fusedrnn.cpu.isa",
                "fusedrnn.cpu.products",
                "fusedrnn.maxNativeBytes",
                "fusedrnn.cudnn.device",
                "fusedrnn.cudnn.maxDeviceBytes",
                "fusedrnn.cudnn.assumeDriver")) {
            String value = System.getProperty(name);
            line(out, name, value == null ? "not set" : value);
        }
        String variable = System.getenv("FUSEDRNN_ISA");
        line(out, "FUSEDRNN_ISA", variable == null ? "not set" : variable);
        openBlas();
        List<BackendStatus> backends = Backends.report();
        for (BackendStatus status : backends) {
            backend(out, status);
        }
        section(out, "Choice");
        boolean some = backends.stream().anyMatch(BackendStatus::available);
        if (some) {
            chosen(out);
        } else {
            line(out, "default backend", "none: no layer can run here");
        }
        return some ? 0 : 1;
    }

    /**
     * Opens OpenBLAS by a product of two numbers, so that the report can say which one it is; it would be opened by the
     * first training step.
     */
    private static void openBlas() {
        try (FloatTensor one = FloatTensor.allocate(BackendKind.CPU, 1);
                FloatTensor product = FloatTensor.allocate(BackendKind.CPU, 1)) {
            Backends.dense(BackendKind.CPU).gemm(false, false, 1, 1, 1, 1, one, one, 0, product);
        } catch (RuntimeException e) {
            // The section of the backend reports what is wrong.
            return;
        }
    }

    private static void backend(PrintWriter out, BackendStatus status) {
        section(out, "Backend " + Texts.lower(status.kind()));
        line(out, "available", (status.available() ? "yes: " : "no: ") + status.reason());
        status.details().forEach((name, value) -> line(out, name, value));
        if (!status.available()) {
            return;
        }
        line(out, "live bytes", String.valueOf(Backends.liveBytes(status.kind())));
        if (status.kind() == BackendKind.CPU) {
            for (String isa : InstructionSets.KNOWN) {
                line(
                        out,
                        "instruction set " + isa,
                        InstructionSets.whyNot(isa).map(why -> "no: " + why).orElse("yes"));
            }
        }
    }

    /** What a layer gets by default, after a step: plans are made by calls. */
    private static void chosen(PrintWriter out) {
        try (Lstm layer = Lstm.builder(64, 128).build();
                FloatTensor x = layer.newInput(1, 1);
                RecurrentOutput step = layer.infer(x)) {
            line(out, "default backend", Texts.lower(layer.backend()));
            line(out, "an LSTM 64 -> 128", "");
            layer.explain().toString().lines().forEach(text -> out.println("    " + text));
        } catch (RuntimeException e) {
            line(out, "default backend", "none: " + e.getMessage());
        }
    }

    private static void section(PrintWriter out, String title) {
        out.println(title);
    }

    private static void line(PrintWriter out, String name, String value) {
        out.println(Texts.format("  %-24s %s", name, value).stripTrailing());
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }

    private static String processor() {
        return firstLine(Path.of("/proc/cpuinfo"), "model name", "unknown");
    }

    private static String memoryAvailable() {
        return firstLine(Path.of("/proc/meminfo"), "MemAvailable", "unknown");
    }

    /** The text after the colon of the first line with this start, in a file that only Linux has. */
    private static String firstLine(Path file, String start, String otherwise) {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith(start))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(otherwise);
        } catch (IOException | java.io.UncheckedIOException e) {
            return otherwise;
        }
    }
}
