package dev.graft.adapter;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What adapter-transformers called tensors in 2020, which told task from language adapters (formats.md 2.2.1). */
final class LegacyNames {
    private static final Map<String, List<String>> OF_TODAYS = Map.of(
            ".adapters.",
            List.of(
                    ".attention_text_task_adapters.",
                    ".attention_text_lang_adapters.",
                    ".layer_text_task_adapters.",
                    ".layer_text_lang_adapters."),
            "invertible_adapters.",
            List.of("invertible_lang_adapters."));

    private LegacyNames() {}

    /** The same tensor, known by its old names too. */
    static StoredTensor with(StoredTensor tensor, String adapter) {
        Set<String> aliases = new LinkedHashSet<>(tensor.aliases());
        OF_TODAYS.forEach((today, former) -> former.forEach(old -> tensor.names()
                .filter(name -> name.contains(today + adapter + "."))
                .map(name -> name.replace(today + adapter + ".", old + adapter + "."))
                .forEach(aliases::add)));
        return new StoredTensor(tensor.key(), aliases, tensor.parameters(), tensor.layout());
    }
}
