using KohyaPS.Engine.Configuration.Import;

namespace KohyaPS.Engine.Tests.Configuration;

public sealed class LaunchScriptTests
{
    private static string Bash(string script) => string.Join(' ', Assert.Single(BashScript.Commands(script)));

    [Fact]
    public void A_batch_file_is_read_without_running_it()
    {
        var commands = BatchScript.Commands("@echo off\nrem accelerate launch train_network.py --seed 1\nset \"NAME=a b\"\nset dim=8\necho train_network.py\naccelerate launch train_network.py ^\n --output_name=\"%name%\" ^\n --network_dim %DIM% --seed %RANDOM%\n");
        Assert.Equal(["accelerate", "launch", "train_network.py", "--output_name=a b", "--network_dim", "8", "--seed", "%RANDOM%"], Assert.Single(commands));
    }

    [Fact]
    public void A_shell_script_is_read_without_running_it()
    {
        var commands = BashScript.Commands("#!/bin/bash\nexport NAME=\"a b\" # note\nDIM=8\npython3 ./train_network.py \\\n --output_name=\"$NAME\" \\\n --network_dim ${DIM} --comment '$DIM' --x $HOME\n");
        Assert.Equal(["python3", "./train_network.py", "--output_name=a b", "--network_dim", "8", "--comment", "$DIM", "--x", "$HOME"], Assert.Single(commands));
    }

    [Theory]
    [InlineData("if [[ $x == 1 ]]; then", "elif [ $x = 2 ]; then", "two")]
    [InlineData("if [ -z \"$x\" ]; then", "elif [[ $y ]]; then", "other")]
    [InlineData("if [[ $x -ne 1 ]]; then", "elif [[ $x ]]; then", "one")]
    [InlineData("if [ -f /etc/passwd ]; then", "elif [ $x != \"3\" ]; then", "two")]
    public void Conditions_of_plain_values_are_followed(string first, string second, string expected) =>
        Assert.Equal($"python train_network.py --output_name {expected}", Bash($"x=2\ny=\n{first}\n name=one\n{second}\n name=two\nelse\n name=other\nfi\npython train_network.py --output_name $name\n"));

    [Fact]
    public void Lists_grow_and_are_split_into_words() =>
        Assert.Equal(
            "python train_network.py --seed 1 --cache_latents --log_with=all",
            Bash("on=1\nargs=()\nif [[ $on == 1 ]]; then args+=(\"--seed 1\"); fi\nif [[ $off ]]; then args+=(\"--lowram\"); fi\nargs+=(\"--cache_latents\")\nif [ $on == 1 ]; then\n  if [[ $off == 1 ]]; then args+=(--no); else args+=(--log_with=all); fi\nfi\npython train_network.py ${args[@]}\n"));

    [Theory]
    [InlineData("", "/models/sd15")]
    [InlineData("MODEL=", "/models/sd15")]
    [InlineData("MODEL=mine", "mine")]
    public void Defaults_of_variables_are_taken(string before, string expected) =>
        Assert.Equal($"python train_network.py --vae {expected}", Bash($"{before}\nBASE=/models\npython train_network.py --vae \"${{MODEL:-$BASE/sd15}}\"\n"));

    [Theory]
    [InlineData("%NAME%", "'%NAME%'")]
    [InlineData("$HOME/out", "'$HOME'")]
    [InlineData("out/$(date +%F)", "'$(date +%F)'")]
    [InlineData("$env:OUT", "'$env:OUT'")]
    [InlineData("plain", null)]
    [InlineData("5% of $5", null)]
    public void A_variable_that_only_the_shell_knows_is_pointed_out(string value, string? expected)
    {
        var config = KohyaPS.Engine.Configuration.ConfigFiles.ReadCommand(["train_network.py", "--output_dir", value], "/data/train.sh");
        var note = config.Origin!.Notes.Single(n => n.Source == "output_dir");
        Assert.Equal(expected is null ? ImportOutcome.Taken : ImportOutcome.Changed, note.Outcome);
        Assert.Contains(expected ?? "", note.Message, StringComparison.Ordinal);
        Assert.Equal(value, config.Folders.OutputDir);
    }

    [Fact]
    public void Arguments_of_the_script_are_empty() => Assert.Equal("python train_network.py --output_name lora", Bash("name=\"$1\"\nif [ -z \"$name\" ]; then\nname=lora\nfi\npython train_network.py --output_name $name"));
}
