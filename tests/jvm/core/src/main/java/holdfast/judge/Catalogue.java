package holdfast.judge;

import java.nio.file.Path;

final class Catalogue {
    private Catalogue() { }

    static String write(Libraries libraries, Path folder) throws Exception {
        throw new UnsupportedOperationException("not yet");
    }
}
