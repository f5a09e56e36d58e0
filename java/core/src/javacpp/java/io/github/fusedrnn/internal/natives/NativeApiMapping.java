package io.github.fusedrnn.internal.natives;

import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.Info;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/**
 * Tells JavaCPP how the C ABI in {@code fusedrnn.h} looks from Java; the bindings are {@code NativeApi} and the struct classes beside it.
 *
 * <p>It inherits no preset: the native library opens OpenBLAS itself, on first real use, because opening it starts threads.
 */
@NoException // the ABI is C: nothing in it throws
@Properties(
        value =
                @Platform(
                        include = "fusedrnn/fusedrnn.h",
                        link = "fusedrnn",
                        library = "jnifusedrnn",
                        compiler = "cpp17"),
        target = "io.github.fusedrnn.internal.natives",
        global = "io.github.fusedrnn.internal.natives.NativeApi")
public class NativeApiMapping implements InfoMapper {
    @Override
    public void map(InfoMap infos) {
        infos.put(new Info("defined(__GNUC__) && !defined(FUSEDRNN_PARSING)").define(false));
        infos.put(new Info("FR_API").cppTypes().annotations());
        infos.put(new Info("const char").valueTypes("byte").pointerTypes("String"));
    }
}
