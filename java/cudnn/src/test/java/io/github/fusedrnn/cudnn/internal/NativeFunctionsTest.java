package io.github.fusedrnn.cudnn.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class NativeFunctionsTest {
    private static final String GLOBAL = "org.bytedeco.cuda.global.";
    private static final Set<String> CALLED = called();

    private static Set<String> called() {
        Set<String> calls = new TreeSet<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.github.fusedrnn.cudnn")) {
            for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                if (call.getTargetOwner().getName().startsWith(GLOBAL)) {
                    calls.add(call.getName());
                }
            }
        }
        return calls;
    }

    @Test
    void listsExactlyWhatTheClassesCall() {
        Set<String> listed = new TreeSet<>(NativeFunctions.CUDART);
        listed.addAll(NativeFunctions.DRIVER);
        listed.addAll(NativeFunctions.CUBLAS);
        listed.addAll(NativeFunctions.CUDNN);
        listed.addAll(NativeFunctions.NVRTC);
        assertThat(CALLED).isNotEmpty().isEqualTo(listed);
    }

    @Test
    void theRealLibrariesExportEachOfThem() throws IOException {
        Path symbols = Path.of(System.getProperty("fusedrnn.shared"), "gpu", "symbols");
        assumeTrue(Files.isDirectory(symbols), symbols + " is absent");
        assertThat(Files.readAllLines(symbols.resolve("cudart-13.0.txt"))).containsAll(NativeFunctions.CUDART);
        assertThat(Files.readAllLines(symbols.resolve("cublas-13.1.txt"))).containsAll(NativeFunctions.CUBLAS);
        assertThat(Files.readAllLines(symbols.resolve("cudnn-9.24.txt"))).containsAll(NativeFunctions.CUDNN);
        assertThat(Files.readAllLines(symbols.resolve("nvrtc-13.0.txt"))).containsAll(NativeFunctions.NVRTC);
    }
}
