package io.github.fusedrnn.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.internal.natives.NativeApi;
import org.junit.jupiter.api.Test;

/** The Java enums, whose ordinals cross the boundary, and the constants of the ABI. */
class NativeDescTest {
    @Test
    void ordinalsAreTheConstantsOfTheAbi() throws Exception {
        check("FR_CELL_", CellKind.values());
        check("FR_DIRECTION_", Direction.values());
        check("FR_RESET_", ResetPlacement.values());
        check("FR_ACT_", Activation.Kind.values());
        check("FR_ISA_", Isa.values());
        check("FR_PRODUCTS_", Products.values());
    }

    private static void check(String prefix, Enum<?>... values) throws ReflectiveOperationException {
        for (Enum<?> value : values) {
            String constant = prefix + value.name();
            assertThat(NativeApi.class.getField(constant).getInt(null))
                    .as(constant)
                    .isEqualTo(value.ordinal());
        }
    }
}
