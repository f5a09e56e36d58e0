package io.github.fusedrnn.benchmarks.coldstart;

import io.github.fusedrnn.Lstm;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Times processes from start to end, in turn: an empty main, a first inference, a first training step, and the last two with an archive of
 * their classes (AppCDS). The result is the difference between a median and that of the empty main. A first, untimed round fills JavaCPP's cache; the
 * archives are created before.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar io.github.fusedrnn.benchmarks.coldstart.ColdStart [rounds]}
 */
public final class ColdStart {
    private static final int ROUNDS = 21;
    private static final Pattern LIBRARY = Pattern.compile("(fusedrnn|javacpp|openblas|jspecify).*\\.jar");

    private ColdStart() {}

    private record Program(String label, List<String> command) {}

    /** Runs all programs, in as many rounds as the argument says, and prints a table in milliseconds. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = args.length == 0 ? ROUNDS : Integer.parseInt(args[0]);
        Path folder = Files.createTempDirectory("fusedrnn-cold-start");
        try {
            Path jar = folder.resolve("programs.jar");
            pack(jar, EmptyMain.class, FirstInference.class, FirstTrainingStep.class);
            String classPath = jar + File.pathSeparator + libraries();
            List<Program> programs = List.of(
                    program("empty main", classPath, EmptyMain.class),
                    program("first inference", classPath, FirstInference.class),
                    program("first training step", classPath, FirstTrainingStep.class),
                    archived(
                            "first inference, AppCDS",
                            classPath,
                            FirstInference.class,
                            folder.resolve("inference.jsa")),
                    archived(
                            "first training step, AppCDS",
                            classPath,
                            FirstTrainingStep.class,
                            folder.resolve("training.jsa")));
            print(System.out, programs, measure(programs, rounds));
        } finally {
            for (String file : List.of("programs.jar", "inference.jsa", "training.jsa")) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.delete(folder);
        }
    }

    /** A jar of the size of an application: the benchmarks' own jar would bring JMH onto the class path, where every service look-up reads it. */
    private static void pack(Path jar, Class<?>... classes) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Class<?> program : classes) {
                String name = program.getName().replace('.', '/') + ".class";
                out.putNextEntry(new JarEntry(name));
                try (InputStream in = ColdStart.class.getClassLoader().getResourceAsStream(name)) {
                    Objects.requireNonNull(in, name).transferTo(out);
                }
                out.closeEntry();
            }
        }
    }

    /** The class path of a user of the natives' artifact: the jars beside that of the core, without those of the benchmarks. */
    private static String libraries() throws IOException {
        Path core = Path.of(URI.create(
                Lstm.class.getProtectionDomain().getCodeSource().getLocation().toString()));
        try (Stream<Path> jars = Files.list(Objects.requireNonNull(core.getParent(), "folder of the libraries"))) {
            return jars.filter(jar ->
                            LIBRARY.matcher(String.valueOf(jar.getFileName())).matches())
                    .sorted()
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    private static Program program(String label, String classPath, Class<?> main, String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, main.getName()));
        return new Program(label, command);
    }

    private static Program archived(String label, String classPath, Class<?> main, Path archive)
            throws IOException, InterruptedException {
        milliseconds(program(label, classPath, main, "-XX:ArchiveClassesAtExit=" + archive));
        return program(label, classPath, main, "-XX:SharedArchiveFile=" + archive);
    }

    /** Milliseconds by program and round. */
    private static double[][] measure(List<Program> programs, int rounds) throws IOException, InterruptedException {
        double[][] times = new double[programs.size()][rounds];
        for (int round = -1; round < rounds; round++) {
            for (int i = 0; i < programs.size(); i++) {
                double time = milliseconds(programs.get(i));
                if (round >= 0) {
                    times[i][round] = time;
                }
            }
        }
        return times;
    }

    private static double milliseconds(Program program) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(program.command())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        long start = System.nanoTime();
        int status = builder.start().waitFor();
        long end = System.nanoTime();
        if (status != 0) {
            throw new IllegalStateException(program.label() + ": exit status " + status + " of " + program.command());
        }
        return (end - start) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    private static void print(PrintStream out, List<Program> programs, double[][] times) {
        for (double[] row : times) {
            Arrays.sort(row);
        }
        out.printf(Locale.ROOT, "%-30s %8s %8s %8s %12s%n", "ms, process", "q1", "median", "q3", "beyond empty");
        for (int i = 0; i < times.length; i++) {
            double[] row = times[i];
            out.printf(
                    Locale.ROOT,
                    "%-30s %8.1f %8.1f %8.1f %12.1f%n",
                    programs.get(i).label(),
                    row[row.length / 4],
                    row[row.length / 2],
                    row[row.length * 3 / 4],
                    row[row.length / 2] - times[0][times[0].length / 2]);
        }
    }
}
