package io.github.fusedrnn.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentOutput;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.ChildJvm;
import io.github.fusedrnn.testing.Target;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What makes a start slow is kept off the way to a first inference; how long it takes is for the benchmark ColdStart to say. */
class StartUpTest {
    private static final Pattern LOADED = Pattern.compile("\\[class,load *\\] (\\S+) source:");

    @Test
    void theFirstInferenceMakesTheJvmSpinNeitherStringConcatenationsNorMethodsOfRecords() throws Exception {
        Target.CPU_PLAIN.require();
        Set<String> classes = loadedBy(Child.class);
        assertThat(classes).contains("io.github.fusedrnn.Lstm", "io.github.fusedrnn.internal.cpu.CpuPlan");
        classes.removeAll(loadedBy(Nothing.class)); // what the JVM itself loads
        assertThat(classes)
                .doesNotContain("java.lang.invoke.StringConcatFactory", "java.lang.runtime.ObjectMethods")
                .noneMatch(name -> name.startsWith("org.bytedeco.openblas."));
    }

    private static Set<String> loadedBy(Class<?> main) throws IOException, InterruptedException {
        Set<String> classes = new TreeSet<>();
        Matcher matcher = LOADED.matcher(ChildJvm.run(main, Map.of(), "-Xlog:class+load"));
        while (matcher.find()) {
            classes.add(matcher.group(1));
        }
        return classes;
    }

    static final class Nothing {
        public static void main(String[] args) {}
    }

    static final class Child {
        public static void main(String[] args) {
            try (Lstm lstm = Lstm.builder(4, 8)
                            .backend(BackendKind.CPU)
                            .cpuProducts("packed")
                            .build();
                    FloatTensor x = lstm.newInput(1, 1);
                    RecurrentOutput out = lstm.infer(x)) {
                System.out.println(out.y().get(0));
            }
        }
    }
}
