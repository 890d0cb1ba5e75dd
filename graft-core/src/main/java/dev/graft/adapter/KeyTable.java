package dev.graft.adapter;

import dev.graft.adapter.StoredTensor.Layout;
import dev.graft.method.Method;
import dev.graft.method.Union;
import dev.graft.model.Site;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a library calls the tensors of an adapter: one row per method and parameter (formats.md 2.1, 2.2). Reading, writing
 * and comparing all go by it, so a method joins a format by its rows here.
 *
 * <p>{@code {site}} stands for the site of a parameter, {@code {module}} for what transformers calls that place
 * ({@link ModuleNames}), {@code {heads}} for the attention of each layer in turn, {@code {base}} for the family's prefix, {@code {name}} for the adapter's name, {@code any} for every
 * method, {@code {prefixes}} for the family's word for them, {@code {dense}} and {@code {last}} for the layers of its {@link Classifier}, with a colon for
 * what stands behind the module that holds the layer, and {@code {wrapped}} for where PEFT puts the own tensors of a module that has a LoRA. The rows of a union are those
 * of its parts. The first row that fits counts. Parameters whose keys come out the same lie in one tensor, in the order of the
 * method's deltas.
 */
enum KeyTable {
    /**
     * Behind the key come the name in the running model, which gradients and whole state dictionaries carry, and others for
     * the same tensor: with {@code bias=all} PEFT repeats the head's bias, and adds the untrained one, which nothing reads.
     */
    PEFT("""
            lora,dora,ia3,layernorm head.dense.weight  whole         base_model.model.{dense}.weight                     base_model.model.{dense:modules_to_save.default}.weight  {dense}.weight
            lora,dora,ia3,layernorm head.dense.bias    whole         base_model.model.{dense}.bias                       base_model.model.{dense:modules_to_save.default}.bias    {dense}.bias    base_model.model.{dense:modules_to_save}.bias  base_model.model.{dense:original_module}.bias
            lora,dora,ia3,layernorm head.weight        whole         base_model.model.{last}.weight                      base_model.model.{last:modules_to_save.default}.weight   {last}.weight
            lora,dora,ia3,layernorm head.bias          whole         base_model.model.{last}.bias                        base_model.model.{last:modules_to_save.default}.bias     {last}.bias     base_model.model.{last:modules_to_save}.bias   base_model.model.{last:original_module}.bias
            lora            {site}.lora.table.a        whole         base_model.model.{module}.lora_embedding_A          base_model.model.{module}.lora_embedding_A.default
            lora            {site}.lora.table.b        whole         base_model.model.{module}.lora_embedding_B          base_model.model.{module}.lora_embedding_B.default
            lora            {site}.lora.a              whole         base_model.model.{module}.lora_A.weight             base_model.model.{module}.lora_A.default.weight
            lora            {site}.lora.b              whole         base_model.model.{module}.lora_B.weight             base_model.model.{module}.lora_B.default.weight
            lora            {site}.lora.bias           whole         base_model.model.{module}.lora_B.bias               base_model.model.{module}.lora_B.default.bias
            lora            {site}.bias                whole         base_model.model.{module}{wrapped}.bias
            dora            {site}.dora.a              whole         base_model.model.{module}.lora_A.weight             base_model.model.{module}.lora_A.default.weight
            dora            {site}.dora.b              whole         base_model.model.{module}.lora_B.weight             base_model.model.{module}.lora_B.default.weight
            dora            {site}.dora.magnitude      whole         base_model.model.{module}.lora_magnitude_vector     base_model.model.{module}.lora_magnitude_vector.default.weight
            ia3             {site}.ia3.output          column        base_model.model.{module}.ia3_l                     base_model.model.{module}.ia3_l.default
            ia3             {site}.ia3.input           row           base_model.model.{module}.ia3_l                     base_model.model.{module}.ia3_l.default
            layernorm       {site}.weight              whole         base_model.model.{module}.ln_tuning_layers.weight   base_model.model.{module}.ln_tuning_layers.default.weight
            layernorm       {site}.bias                whole         base_model.model.{module}.ln_tuning_layers.bias     base_model.model.{module}.ln_tuning_layers.default.bias
            prefix,prompt,p-tuning  head.dense.weight  whole         base_model.{dense}.weight                           base_model.{dense:modules_to_save.default}.weight  {dense}.weight
            prefix,prompt,p-tuning  head.dense.bias    whole         base_model.{dense}.bias                             base_model.{dense:modules_to_save.default}.bias    {dense}.bias
            prefix,prompt,p-tuning  head.weight        whole         base_model.{last}.weight                            base_model.{last:modules_to_save.default}.weight   {last}.weight
            prefix,prompt,p-tuning  head.bias          whole         base_model.{last}.bias                              base_model.{last:modules_to_save.default}.bias     {last}.bias
            prefix          {site}.prefix.key          side_by_side  prompt_embeddings                                   prompt_encoder.default.embedding.weight
            prefix          {site}.prefix.value        side_by_side  prompt_embeddings                                   prompt_encoder.default.embedding.weight
            prompt          {site}.prompt              whole         prompt_embeddings                                   prompt_encoder.default.embedding.weight
            p-tuning        {site}.p-tuning.rows       whole         prompt_embeddings
            """),
    /** Behind the key comes a second name of the same tensor, which torch's files repeat. The head lies in a file of its own. */
    ADAPTERHUB("""
            any      head.dense.weight                 whole  {dense}.weight
            any      head.dense.bias                   whole  {dense}.bias
            any      head.weight                       whole  {last}.weight
            any      head.bias                         whole  {last}.bias
            ia3      {site}.ia3.output                 column {module}.loras.{name}.lora_B
            lora,mam-lora,unipelt  {site}.lora.a                     whole  {module}.loras.{name}.lora_A
            lora,mam-lora,unipelt  {site}.lora.b                     whole  {module}.loras.{name}.lora_B
            custom   {site}.adapter.down.weight        whole  {module}.adapters.{name}.adapter_down.0.weight
            custom   {site}.adapter.down.bias          whole  {module}.adapters.{name}.adapter_down.0.bias
            custom   {site}.adapter.up.weight          whole  {module}.adapters.{name}.adapter_up.weight
            custom   {site}.adapter.up.bias            whole  {module}.adapters.{name}.adapter_up.bias
            custom   {site}.adapter.gate.weight        whole  {module}.adapters.{name}.gate.weight
            custom   {site}.adapter.gate.bias          whole  {module}.adapters.{name}.gate.bias
            custom   {site}.adapter.scale              whole  {module}.adapters.{name}.scaling
            pfeiffer {site}.norm_before.bottleneck.down.weight     whole  {module}.adapters.{name}.adapter_down.1.weight
            pfeiffer {site}.norm_before.bottleneck.down.bias       whole  {module}.adapters.{name}.adapter_down.1.bias
            pfeiffer {site}.norm_before.bottleneck.up.weight       whole  {module}.adapters.{name}.adapter_up.weight
            pfeiffer {site}.norm_before.bottleneck.up.bias         whole  {module}.adapters.{name}.adapter_up.bias
            pfeiffer {site}.norm_before.weight         whole  {module}.adapters.{name}.adapter_norm_before.weight  {module}.adapters.{name}.adapter_down.0.weight
            pfeiffer {site}.norm_before.bias           whole  {module}.adapters.{name}.adapter_norm_before.bias    {module}.adapters.{name}.adapter_down.0.bias
            pfeiffer {site}.norm_after.weight          whole  {module}.adapters.{name}.adapter_norm_after.weight
            pfeiffer {site}.norm_after.bias            whole  {module}.adapters.{name}.adapter_norm_after.bias
            unipelt  {site}.lora.gate.weight           whole  {module}.loras.{name}.gate.weight
            unipelt  {site}.lora.gate.bias             whole  {module}.loras.{name}.gate.bias
            unipelt  {site}.prefix.gate.weight         whole  {module}.prefix_tuning.prefix_gates.{name}.weight
            unipelt  {site}.prefix.gate.bias           whole  {module}.prefix_tuning.prefix_gates.{name}.bias
            pfeiffer,unipelt  {site}.gate.weight                whole  {module}.adapters.{name}.gate.weight
            pfeiffer,unipelt  {site}.gate.bias                  whole  {module}.adapters.{name}.gate.bias
            houlsby,pfeiffer,parallel,scaled-parallel,mam,mam-lora,unipelt  {site}.bottleneck.down.weight  whole  {module}.adapters.{name}.adapter_down.0.weight
            houlsby,pfeiffer,parallel,scaled-parallel,mam,mam-lora,unipelt  {site}.bottleneck.down.bias    whole  {module}.adapters.{name}.adapter_down.0.bias
            houlsby,pfeiffer,parallel,scaled-parallel,mam,mam-lora,unipelt  {site}.bottleneck.up.weight    whole  {module}.adapters.{name}.adapter_up.weight
            houlsby,pfeiffer,parallel,scaled-parallel,mam,mam-lora,unipelt  {site}.bottleneck.up.bias      whole  {module}.adapters.{name}.adapter_up.bias
            scaled-parallel  {site}.scale              whole  {module}.adapters.{name}.scaling
            invertible  {site}.invertible.f.down.weight  whole  {base}invertible_adapters.{name}.F.0.weight
            invertible  {site}.invertible.f.down.bias    whole  {base}invertible_adapters.{name}.F.0.bias
            invertible  {site}.invertible.f.up.weight    whole  {base}invertible_adapters.{name}.F.2.weight
            invertible  {site}.invertible.f.up.bias      whole  {base}invertible_adapters.{name}.F.2.bias
            invertible  {site}.invertible.g.down.weight  whole  {base}invertible_adapters.{name}.G.0.weight
            invertible  {site}.invertible.g.down.bias    whole  {base}invertible_adapters.{name}.G.0.bias
            invertible  {site}.invertible.g.up.weight    whole  {base}invertible_adapters.{name}.G.2.weight
            invertible  {site}.invertible.g.up.bias      whole  {base}invertible_adapters.{name}.G.2.bias
            phm,compacter,compacter++  {site}.phm.down.rule     whole  {module}.adapters.{name}.adapter_down.0.phm_rule
            phm,compacter,compacter++  {site}.phm.down.weight   whole  {module}.adapters.{name}.adapter_down.0.W
            phm,compacter,compacter++  {site}.phm.down.left     whole  {module}.adapters.{name}.adapter_down.0.W_left
            phm,compacter,compacter++  {site}.phm.down.right    whole  {module}.adapters.{name}.adapter_down.0.W_right
            phm,compacter,compacter++  {site}.phm.down.bias     whole  {module}.adapters.{name}.adapter_down.0.b
            phm,compacter,compacter++  {site}.phm.up.rule       whole  {module}.adapters.{name}.adapter_up.phm_rule
            phm,compacter,compacter++  {site}.phm.up.weight     whole  {module}.adapters.{name}.adapter_up.W
            phm,compacter,compacter++  {site}.phm.up.left       whole  {module}.adapters.{name}.adapter_up.W_left
            phm,compacter,compacter++  {site}.phm.up.right      whole  {module}.adapters.{name}.adapter_up.W_right
            phm,compacter,compacter++  {site}.phm.up.bias       whole  {module}.adapters.{name}.adapter_up.b
            phm,compacter,compacter++  phm.rule                 whole  {base}shared_parameters.{name}.phm_rule
            phm,compacter,compacter++  phm.down.left            whole  {base}shared_parameters.{name}.W_down_left
            phm,compacter,compacter++  phm.down.right           whole  {base}shared_parameters.{name}.W_down_right
            phm,compacter,compacter++  phm.up.left              whole  {base}shared_parameters.{name}.W_up_left
            phm,compacter,compacter++  phm.up.right             whole  {base}shared_parameters.{name}.W_up_right
            prefix,mam,unipelt  {site}.prefix.key                 flat   {base}prefix_tuning.prefix_tunings.{name}.{prefixes}.control_trans  {module}.prefix_tuning.pool.prefix_tunings.{name}.{prefixes}.control_trans
            prefix,mam,unipelt  {site}.prefix.value               flat   {base}prefix_tuning.prefix_tunings.{name}.{prefixes}.control_trans  {module}.prefix_tuning.pool.prefix_tunings.{name}.{prefixes}.control_trans
            prefix,mam,unipelt  prefix.embedding                  whole  {base}prefix_tuning.prefix_tunings.{name}.{prefixes}.wte.weight  {heads}.prefix_tuning.pool.prefix_tunings.{name}.{prefixes}.wte.weight
            prefix,mam,unipelt  prefix.down.weight                whole  {base}prefix_tuning.prefix_tunings.{name}.{prefixes}.control_trans.0.weight  {heads}.prefix_tuning.pool.prefix_tunings.{name}.{prefixes}.control_trans.0.weight
            prefix,mam,unipelt  prefix.down.bias                  whole  {base}prefix_tuning.prefix_tunings.{name}.{prefixes}.control_trans.0.bias  {heads}.prefix_tuning.pool.prefix_tunings.{name}.{prefixes}.control_trans.0.bias
            prefix,mam,unipelt  {site}.prefix.key.weight          below  {base}prefix_tuning.prefix_tunings.{name}.{prefixes}.control_trans.2.weight  {module}.prefix_tuning.pool.prefix_tunings.{name}.{prefixes}.control_trans.2.weight
            prefix,mam,unipelt  {site}.prefix.key.bias            below  {base}prefix_tuning.prefix_tunings.{name}.{prefixes}.control_trans.2.bias  {module}.prefix_tuning.pool.prefix_tunings.{name}.{prefixes}.control_trans.2.bias
            prefix,mam,unipelt  {site}.prefix.value.weight        below  {base}prefix_tuning.prefix_tunings.{name}.{prefixes}.control_trans.2.weight  {module}.prefix_tuning.pool.prefix_tunings.{name}.{prefixes}.control_trans.2.weight
            prefix,mam,unipelt  {site}.prefix.value.bias          below  {base}prefix_tuning.prefix_tunings.{name}.{prefixes}.control_trans.2.bias  {module}.prefix_tuning.pool.prefix_tunings.{name}.{prefixes}.control_trans.2.bias
            prompt   {site}.prompt                     whole  {base}prompt_tuning.prompt_tunings.{name}.prompt_embedding.weight
            """);

    private static final Pattern HEAD = Pattern.compile("\\{(dense|last)(?::([^}]+))?}");

    private record Row(Set<String> methods, String parameter, Layout layout, String key, List<String> aliases) {
        static Row parse(String line) {
            String[] columns = line.strip().split(" +");
            return new Row(
                    Set.of(columns[0].split(",")),
                    columns[1],
                    Layout.valueOf(columns[2].toUpperCase(Locale.ROOT)),
                    columns[3],
                    List.of(columns).subList(4, columns.length));
        }

        boolean fits(Method method, String name) {
            return isOf(method) && (parameter.startsWith("{site}") ? name.endsWith(ending()) : name.equals(parameter));
        }

        private boolean isOf(Method method) {
            return method instanceof Union union
                    ? union.methods().stream().anyMatch(this::isOf)
                    : methods.contains(method.name()) || methods.contains("any");
        }

        String site(String name) {
            return name.substring(0, name.length() - ending().length());
        }

        private String ending() {
            return parameter.replace("{site}", "");
        }
    }

    private final List<Row> rows;

    KeyTable(String table) {
        rows = table.lines().map(Row::parse).toList();
    }

    /**
     * The tensors that hold the parameters of an adapter.
     *
     * @param parameters their names
     * @param name the adapter's name, for formats that have one in their keys
     * @throws IllegalArgumentException for a parameter without a row
     */
    List<StoredTensor> tensors(Method method, List<String> parameters, ModuleNames modules, String name) {
        Map<String, List<String>> held = new LinkedHashMap<>();
        Map<String, Set<String>> aliases = new LinkedHashMap<>();
        Map<String, Layout> layouts = new LinkedHashMap<>();
        for (String parameter : parameters) {
            Row row = row(method, parameter);
            String site = row.site(parameter);
            boolean wrapped = parameters.contains(site + ".lora.a");
            String key = fill(row.key(), site, modules, name, wrapped);
            layouts.put(key, row.layout());
            held.computeIfAbsent(key, k -> new ArrayList<>()).add(parameter);
            Set<String> others = aliases.computeIfAbsent(key, k -> new LinkedHashSet<>());
            row.aliases().forEach(alias -> others.addAll(fillAll(alias, site, modules, name, wrapped)));
        }
        List<StoredTensor> tensors = new ArrayList<>();
        layouts.forEach((key, layout) -> tensors.add(
                new StoredTensor(key, aliases.getOrDefault(key, Set.of()), held.getOrDefault(key, List.of()), layout)));
        return tensors;
    }

    private Row row(Method method, String parameter) {
        return rows.stream()
                .filter(row -> row.fits(method, parameter))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "%s has no name for '%s' of %s".formatted(name(), parameter, method.name())));
    }

    /** One name, or one for each layer where it speaks of the attention of each. */
    private static List<String> fillAll(
            String template, String site, ModuleNames modules, String name, boolean wrapped) {
        return IntStream.range(0, modules.backbone().architecture().layers())
                .mapToObj(layer -> new Site.Heads(layer).path())
                .map(heads -> template.contains("{heads}") ? template.replace("{heads}", modules.of(heads)) : template)
                .distinct()
                .map(each -> fill(each, site, modules, name, wrapped))
                .toList();
    }

    private static String fill(String template, String site, ModuleNames modules, String name, boolean wrapped) {
        String key = HEAD.matcher(template)
                .replaceAll(layer -> headLayer(layer.group(1), layer.group(2), modules.classifier()))
                .replace("{base}", modules.prefix())
                .replace("{prefixes}", modules.prefixes())
                .replace("{name}", name)
                .replace("{wrapped}", wrapped ? ".base_layer" : "");
        return key.contains("{module}") ? key.replace("{module}", modules.of(site)) : key;
    }

    /** A layer of the head, with what PEFT puts behind the module that it saves: {@code classifier.modules_to_save.dense}. */
    private static String headLayer(String layer, @Nullable String saved, Classifier classifier) {
        String name = classifier.nameOf(layer.equals("dense") ? "head.dense" : "head");
        return saved == null ? name : name.replaceFirst("^[^.]+", "$0." + saved);
    }
}
