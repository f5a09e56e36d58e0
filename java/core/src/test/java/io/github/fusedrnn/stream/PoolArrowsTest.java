package io.github.fusedrnn.stream;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolArrowsTest {
    private static final List<Class<?>> ORDER = List.of(
            ResidentStreams.class,
            StreamCommand.class,
            PooledStream.class,
            RequestQueue.class,
            PoolWorker.class,
            StreamPool.class);

    @Test
    void eachPartOfAPoolKnowsOnlyThoseBeforeIt() {
        JavaClasses pool = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackagesOf(StreamPool.class);
        for (int i = 0; i + 1 < ORDER.size(); i++) {
            Class<?>[] later = ORDER.subList(i + 1, ORDER.size()).toArray(new Class<?>[0]);
            noClasses()
                    .that()
                    .belongToAnyOf(ORDER.get(i))
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(later)
                    .check(pool);
        }
    }
}
